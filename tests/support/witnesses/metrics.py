"""What GET /metrics says."""

import re

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="([^"]*)"')


def samples_in(text):
    """{(name, labels as a frozenset of pairs): value}, each of which must occur once."""
    samples = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = SAMPLE.match(line).groups()
        key = name, frozenset(LABEL.findall(labels or ""))
        assert key not in samples, f"twice: {line}"
        samples[key] = float(value)
    return samples


def scrape(annals, **arguments):
    reply = annals.get("/metrics", **arguments)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return samples_in(reply.text)


def value(samples, name, **labels):
    return samples.get((name, frozenset(labels.items())))


def total(samples, name, **labels):
    """The sum over all labels but those that are given."""
    return sum(one for (its, has), one in samples.items() if its == name and has >= labels.items())


def statements_in(samples, **labels):
    """How many statements the engine was sent."""
    done = total(samples, "annals_engine_statement_duration_seconds_count", **labels)
    return done + total(samples, "annals_engine_statement_failures_total", **labels)
