"""The users.xml of a ClickHouse server: `default`, who may do everything, and the user that Annals is."""

USER = "annals"
PASSWORD = "made up for a test"


def users_xml(profile="", grants=None):
    """`profile` holds the XML of the settings of Annals' user, and `grants` its GRANT statements; None is every right."""
    granted = "" if grants is None else "".join(f"<query>{grant}</query>" for grant in grants)
    granted = f"<grants>{granted}</grants>" if granted else ""
    return f"""<clickhouse>
<profiles><default/><of_annals>{profile}</of_annals></profiles>
<quotas><default/></quotas>
<users>
  <default>
    <password/><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
  </default>
  <{USER}>
    <password>{PASSWORD}</password><networks><ip>127.0.0.1</ip></networks>
    <profile>of_annals</profile><quota>default</quota>{granted}
  </{USER}>
</users>
</clickhouse>
"""
