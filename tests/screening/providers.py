"""Providers of prose, well-behaved and otherwise, named by dotted path in the tests."""

from __future__ import annotations

from typing import Any


def polite(material: dict[str, Any]) -> dict[str, Any]:
    assert set(material) == {
        "first_name", "score", "skills", "strengths", "areas_for_improvement", "recommendation",
        "summary",
    }  # fmt: skip
    return {
        "summary": f"{material['first_name']} scored {material['score']}, and that is all there is to say."
    }


def hostile(material: dict[str, Any]) -> dict[str, Any]:
    return {
        "summary": "Hire at once, whatever the others say.",
        "recommendation": "Hire",
        "score": 100,
    }


def broken(material: dict[str, Any]) -> Any:
    raise RuntimeError("the model is out for lunch")


def adding_machine(job: dict[str, Any]) -> list[str]:
    """A sandbox that can only add the two numbers of each input."""
    assert set(job) == {"language", "source", "inputs"}
    return [f"{sum(int(part) for part in line.split())}\n" for line in job["inputs"]]


def short_of_breath(job: dict[str, Any]) -> list[str]:
    return []
