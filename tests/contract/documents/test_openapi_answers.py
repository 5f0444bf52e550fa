"""Every answer that the document has is provoked on a real service, and no other one is given."""

import json
import re

import pytest

from support.openapi.answers import Answers
from support.openapi.document import PATH, Document, Recorder

# What other tests provoke: it takes an outage, or ten thousand keys.
PROVOKED_ELSEWHERE = {
    "History database is unavailable.",
    "Tenant:Demo Ltd files not deleted.",
    "There are N keys. Delete those that are not needed.",
}


def without_numbers(text):
    return re.sub(r"\d+", "N", text)


def shown_texts(document):
    """What the document shows under `detail` of errors, with the status."""
    for operation in document.operations:
        for status in operation.statuses:
            for example in operation.examples(status):
                if status >= 400 and isinstance(example, dict) and isinstance(example["detail"], str):
                    yield status, without_numbers(example["detail"])


class _Reply:
    """An answer as requests would give it."""

    def __init__(self, status_code, content):
        self.status_code = status_code
        self.content = json.dumps(content).encode()
        self.text = self.content.decode()
        self.headers = {"Content-Type": "application/json"}

    def json(self):
        return json.loads(self.content)


def test_every_documented_answer_is_given(make, tmp_path, documented_answers):
    answers = Answers(make, tmp_path)
    answers.recorder = documented_answers
    document = Document(answers.annals.get(PATH, key=None).json())
    documented_answers.seen.clear()

    answers.provoke(document)

    documented = {(one.id, status) for one in document.operations for status in one.statuses}
    missing = sorted(documented - documented_answers.seen.keys())
    assert not missing, f"expected these to be given as well: {missing}"
    texts = {(key[1], without_numbers(text)) for key, seen in documented_answers.seen.items() for text in seen}
    lost = {(status, text) for status, text in shown_texts(document) if text not in PROVOKED_ELSEWHERE} - texts
    assert not lost, f"expected these texts to be given: {sorted(lost)}"


@pytest.mark.parametrize(
    "status, content, problem",
    [
        (418, {"detail": "x"}, "the document has no 418"),
        (200, {"status": "up"}, "ok"),
        (200, {"status": "ok", "more": 1}, "more"),
    ],
)
def test_an_answer_that_the_document_does_not_have_is_refused(any_annals, status, content, problem):
    recorder = Recorder(Document(any_annals.get(PATH, key=None).json()))
    with pytest.raises(AssertionError, match=problem):
        recorder.check("GET", any_annals.url + "/healthz", _Reply(status, content))
