"""What a resume's text suggests about a candidate, by rules that anybody can check.

Suggestions are shown to people beside the fields, never written into them, and never scored.
"""

from __future__ import annotations

import re
from typing import Any

SKILLS = (
    "Python", "Java", "JavaScript", "TypeScript", "C", "C++", "C#", "Go", "Rust", "Ruby", "PHP",
    "Kotlin", "Swift", "Scala", "SQL", "HTML", "CSS", "React", "Vue", "Angular", "Node.js", "Django",
    "Flask", "Rails", "Spring", ".NET", "PostgreSQL", "MySQL", "SQLite", "MongoDB", "Redis", "Kafka",
    "Docker", "Kubernetes", "Terraform", "Ansible", "AWS", "Azure", "Linux", "Git", "GraphQL", "Excel",
    "Tableau", "Power BI", "Pandas", "Machine learning", "Project management", "Scrum", "Figma",
)  # fmt: skip
DEGREES = re.compile(
    r"\b(?:Bachelor|Master|Doctor|Diploma|Associate)(?:'s)? (?:degree|of|in)\b[^\n,;]{0,80}"
    r"|\b(?:B\.?Sc|M\.?Sc|B\.?A|M\.?A|B\.?Eng|M\.?Eng|MBA|Ph\.?D)\b\.?[^\n,;]{0,60}"
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(r"\+[1-9][\d ().-]{6,20}\d")
_YEARS = re.compile(r"(\d{1,2})\+? years?(?: of)?[^\n.]{0,30}experience", re.IGNORECASE)
MOST = 30


def suggestions(text: str) -> dict[str, Any]:
    """``{"email", "phone", "skills", "experience_years", "degrees"}``, without what was not found."""
    email, phone, years = _EMAIL.search(text), _PHONE.search(text), _YEARS.search(text)
    degrees = [" ".join(found.split()) for found in DEGREES.findall(text)]
    found = {
        "email": email[0] if email else None,
        "phone": "+" + re.sub(r"\D", "", phone[0]) if phone else None,
        "skills": [one for one in SKILLS if _names(text, one)],
        "experience_years": int(years[1]) if years else None,
        "degrees": list(dict.fromkeys(degrees))[:MOST],
    }
    return {name: value for name, value in found.items() if value}


def _names(text: str, skill: str) -> bool:
    """A whole word. "C" and "Go" are skills only between commas, for they are words of many sentences."""
    word = re.escape(skill)
    if len(skill) <= 2:
        return bool(re.search(rf"(?:^|[,;|•])\s*{word}\s*(?:[,;|•]|$)", text, re.MULTILINE))
    return bool(re.search(rf"(?<![\w.+#-]){word}(?![\w+#-])", text, re.IGNORECASE))
