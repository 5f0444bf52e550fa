"""The examples in documents."""

import re


def blocks(document, language):
    """The blocks of code of that language in a Markdown file, one after the other: what a reader pastes who follows the page."""
    found = re.findall(rf"^```{language}\n(.*?)^```", document.read_text(), re.DOTALL | re.MULTILINE)
    assert found, f"expected examples in {language} in {document}"
    return "\n".join(found)
