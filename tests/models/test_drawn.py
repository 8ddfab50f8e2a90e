"""The page of a verdict: whole, for everybody to read, and safe whatever the account calls itself."""

from html.parser import HTMLParser
from typing import Any

import pytest

from models.drawn import page
from models.markup import foreign, tag, text
from models.wording import lines

Document = dict[str, Any]

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)> & \x00\x1b\u202e $title ${content} ]]> <!--'
_VOID = {"meta", "img"}


class Read(HTMLParser):
    """Elements, their attributes and the visible text of a page; fails on elements that are not closed."""

    def __init__(self, document: str):
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words: list[str] = []
        self.feed(document)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, name: str, attributes: Any) -> None:
        self.tags.append(name)
        self.attributes += [(name, key, value) for key, value in attributes]
        if name not in _VOID:
            self.open.append(name)

    def handle_startendtag(self, name: str, attributes: Any) -> None:
        self.tags.append(name)
        self.attributes += [(name, key, value) for key, value in attributes]

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, words: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.words.append(words)

    @property
    def said(self) -> str:
        return "".join(self.words)


def full_verdict(words: str = "words") -> Document:
    """A verdict with everything that one can hold, `words` wherever a text may stand."""
    reason = {"feature": words, "sentence": words, "weight": 1.5, "value": 0.4, "unit": words, "peer_percentile": 0.97}
    record = {"table": "posts", "record": words, "sentence": words}
    head = {
        "probability": 0.4,
        "probability_low": 0.2,
        "probability_high": 0.6,
        "base_rate": 0.2,
        "decision": "undecided",
        "undecided_because": {"code": words, "sentence": words},
        "reasons": [reason | {"evidence": [record]}, reason | {"weight": -0.3, "peer_percentile": None, "evidence": []}],
        "innocent_explanations": [
            {"name": words, "sentence": words, "supported": supported, "looked_at": looked_at}
            for supported, looked_at in ((True, True), (False, False), (False, True))
        ],
        "counterfactual": {"sentence": words, "decision": "no", "changes": [{"feature": words, "from": 1, "to": 0, "unit": words}]},
        "no_counterfactual_because": None,
    }
    stratum = {"from_rank": 0, "to_rank": 99, "estimate": 0.3, "low": 0.2, "high": 0.5}
    return {
        "account_id": words,
        "platform": words,
        "observed_at": words,
        "status": "ok",
        "tier": words,
        "heads": {words: head, "bought_followers": head | {"counterfactual": None, "no_counterfactual_because": words}},
        "bought_share": {
            "estimate": 0.3,
            "low": 0.1,
            "high": 0.5,
            "level": 0.95,
            "n": 300,
            "detectable": 0.07,
            "scope": words,
            "likely_low": 0.2,
            "likely_high": 0.4,
            "probability_above": {"0.05": 0.9},
            "in_reference": False,
            "second_opinion": {"method": words, "estimate": 0.2, "agrees": False},
            "strata": [stratum, stratum],
        },
        "engagement": {
            "rate": 0.01,
            "expected": 0.03,
            "gap_dex": -0.48,
            "parts": [{"cause": "bought_followers", "dex": -0.2, "low": -0.3, "high": -0.1}, {"cause": words, "dex": -0.28}],
        },
        "evidence": {"seen": [words], "missing": [{"field": words, "would_help": words}]},
        "bundle": {"id": words, "version": words, "run_id": words},
    }


def test_hostile_texts_stay_texts() -> None:
    plain, hostile = Read(page(full_verdict())), Read(page(full_verdict(HOSTILE)))
    assert hostile.tags == plain.tags, "a text became an element"
    assert [(name, key) for name, key, _ in hostile.attributes] == [(name, key) for name, key, _ in plain.attributes]
    assert "script" not in hostile.tags and "img" not in hostile.tags
    assert "<script>alert(1)</script>" in hostile.said and "${content}" in hostile.said
    assert "\x00" not in page(full_verdict(HOSTILE)) and "\x1b" not in page(full_verdict(HOSTILE))


@pytest.mark.parametrize("place", ["platform", "status", "tier"])
def test_words_that_become_classes_or_names_are_escaped_too(place: str) -> None:
    assert Read(page(full_verdict() | {place: HOSTILE})).tags.count("script") == 0
    wrong = full_verdict()
    wrong["heads"]["bought_followers"] = wrong["heads"]["bought_followers"] | {"decision": HOSTILE}
    assert Read(page(wrong)).tags.count("script") == 0


def test_nothing_is_loaded_and_nothing_runs() -> None:
    document = page(full_verdict())
    read = Read(document)
    assert not {"script", "link", "iframe", "object", "embed", "img", "form", "base"} & set(read.tags)
    assert not [key for _, key, _ in read.attributes if key in ("src", "href", "srcset", "style") or key.startswith("on")]
    assert "://" not in document and "url(" not in document and "@import" not in document
    assert ("meta", "content", "default-src 'none'; style-src 'unsafe-inline'") in read.attributes


def test_everything_that_is_said_in_lines_can_be_read_on_the_page(explained: list[Document]) -> None:
    for verdict in explained[:60]:
        said = Read(page(verdict)).said
        assert verdict["account_id"] in said
        for head in verdict["heads"].values():
            sentences = [reason["sentence"] for reason in head["reasons"]] + [entry["sentence"] for entry in head["innocent_explanations"]]
            sentences += [record["sentence"] for reason in head["reasons"] for record in reason["evidence"]]
            sentences += [head["counterfactual"]["sentence"] if head["counterfactual"] else head["no_counterfactual_because"]]
            assert all(sentence in said for sentence in sentences)
        assert all(entry["would_help"] in said for entry in verdict["evidence"]["missing"])
        joined = "\n".join(lines(verdict))
        assert all(head["counterfactual"]["sentence"] in joined for head in verdict["heads"].values() if head["counterfactual"])


def test_whoever_cannot_see_the_drawings_hears_them() -> None:
    read = Read(page(full_verdict()))
    drawn = [(key, value) for name, key, value in read.attributes if name == "svg"]
    labels = [value for key, value in drawn if key == "aria-label"]
    assert read.tags.count("svg") == len(labels) and all(labels)
    assert "40 % likely, between 20 % and 60 %; base rate 20 %" in labels
    assert ("html", "lang", "en") in read.attributes
    # A decision and a side are words, not colours alone.
    assert {"undecided", "for a yes", "for a no", "supported", "cannot be seen", "not found"} <= set(read.words)


def test_a_verdict_without_evidence_or_of_an_error_has_a_page() -> None:
    nothing = {**full_verdict(), "status": "insufficient_data", "heads": {}, "bought_share": None, "engagement": None}
    assert "too little evidence" in Read(page(nothing)).said
    error = {"account_id": None, "status": "error", "heads": {}, "errors": [{"pointer": "/likes", "detail": "likes is -4"}]}
    assert "likes is -4" in Read(page(error)).said


def test_the_page_accuses_nobody(explained: list[Document]) -> None:
    said = " ".join(Read(page(verdict)).said for verdict in explained[:60]).lower()
    assert not {"fake", "fraud", "cheat", "guilty", "liar"} & set(said.replace(".", " ").split())


def test_markup_escapes_what_it_did_not_make() -> None:
    assert text('<b a="1">') == "&lt;b a=&quot;1&quot;&gt;"
    assert tag("p", "<", tag("b", ">"), None, class_='"') == '<p class="&quot;">&lt;<b>&gt;</b></p>'
    assert foreign("\u202eabc") == "<bdi>\u202eabc</bdi>"
