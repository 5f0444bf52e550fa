"""The users.xml of a ClickHouse server: `default`, who may do everything, and the user that Annals is."""

import re

from support import paths

USER = "annals"
PASSWORD = "made up for a test"

DOCUMENT = paths.ROOT / "docs" / "operations.md"


def documented_grants():
    """The GRANT statements of docs/operations.md that every service needs, without the user's name."""
    (block,) = re.findall(r"```sql\nCREATE USER annals.*?\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return [statement.replace(" TO annals", "").rstrip(";") for statement in block.strip().splitlines()]


def documented_grant_for(purpose):
    """The GRANT statement that docs/operations.md adds to them; the sentence begins with `purpose`."""
    (grant,) = re.findall(re.escape(purpose) + r"[^.`]*it also needs `(GRANT .*?) TO annals`", DOCUMENT.read_text())
    return grant


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
