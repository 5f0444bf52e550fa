"""The alert rules and the dashboard that come with Annals, checked by Prometheus' own tools and against a scrape."""

import json
import re
import subprocess

import pytest

from support import paths
from support.clients.keys import new_key
from support.events import event, post_events
from support.machine.certificates import Authority
from support.names import unique_name

DEPLOY = paths.ROOT / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
DASHBOARD = DEPLOY / "grafana" / "annals.json"
OPERATIONS = paths.ROOT / "docs" / "operations.md"

NAME = re.compile(r"\b(?:annals|process)_[a-z0-9_]+\b")
SUFFIX = re.compile(r"_(bucket|count|sum)$")


def promtool(*arguments):
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, cwd=ALERTS.parent)


def expressions_of_dashboard():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", [])]


def names_in(text):
    return {SUFFIX.sub("", name) for name in NAME.findall(text)}


def alerts():
    return re.findall(r"^ +- alert: (\w+)$", ALERTS.read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def known(module_make, tmp_path_factory):
    """The names of all metrics, by the TYPE lines of a service that has everything."""
    authority = Authority(tmp_path_factory.mktemp("tls"))
    pair = authority.issue()
    tls = {"ANNALS_SERVER_TLS_CERTIFICATE": str(pair.certificate), "ANNALS_SERVER_TLS_KEY": str(pair.key)}
    annals = module_make.annals("embedded", environment=tls, start=False)
    annals.trusted = str(authority.certificate)
    annals.start()
    post_events(annals, annals.initialise(unique_name()), [event()])
    new_key(annals, expires_at="2100-01-01T00:00:00Z")
    return set(re.findall(r"^# TYPE (\w+) ", annals.get("/metrics").text, re.MULTILINE))


def test_promtool_accepts_the_rules():
    checked = promtool("check", "rules", ALERTS.name)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_alert_fires_when_it_should_and_not_otherwise():
    tested = promtool("test", "rules", "alerts_test.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    fired = re.findall(r"^ +- alertname: (\w+)$", (ALERTS.parent / "alerts_test.yml").read_text(), re.MULTILINE)
    assert sorted(fired) == sorted(alerts()), "expected a test in which each alert fires"


def test_each_alert_is_explained():
    section = re.search(r"^### Alerts$(.*?)^##", OPERATIONS.read_text(), re.MULTILINE | re.DOTALL)[1]
    assert re.findall(r"^\| `(Annals\w+)`", section, re.MULTILINE) == alerts()


def test_each_metric_of_the_rules_and_the_dashboard_exists(known):
    expressions = re.findall(r"^ +expr: (.*(?:\n {10}.*)*)", ALERTS.read_text(), re.MULTILINE) + expressions_of_dashboard()
    assert len(expressions) > 60
    named = set().union(*map(names_in, expressions))
    assert named - known == set()


def test_each_metric_is_on_the_dashboard(known):
    assert known - set().union(*map(names_in, expressions_of_dashboard())) == set()


def test_each_metric_is_in_the_docs(known):
    text = OPERATIONS.read_text()
    assert {name for name in known if f"`{name}`" not in text and not name.startswith("process_")} == set()


def test_the_expressions_of_the_dashboard_can_be_parsed(tmp_path):
    rules = tmp_path / "dashboard.yml"
    lines = ["groups:", "  - name: dashboard", "    rules:"]
    for number, expression in enumerate(expressions_of_dashboard()):
        expression = expression.replace("$__rate_interval", "5m").replace("$job", "annals").replace("$instance", ".*")
        lines += [f"      - record: panel:{number}", f"        expr: {json.dumps(expression)}"]
    rules.write_text("\n".join(lines))

    checked = promtool("check", "rules", str(rules))
    assert checked.returncode == 0, checked.stdout + checked.stderr
