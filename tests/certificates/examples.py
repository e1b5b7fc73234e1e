"""The content of a certificate, without its course."""

from portal.progress.certificates.route import Stretch, store

ROUTE = [
    Stretch("Session 1", dots=5),
    Stretch("Lab 1", tries=(False, False, False, True)),
    Stretch("Session 2", dots=4),
    Stretch("Lab 2", tries=(True,)),
]
CONTENT = {
    "slug": "mlops",
    "course": "MLOps Edu",
    "cohort": "November 2025",
    "issuer": "Example Academy",
    "signed_by": "Instructor A",
    "criteria": "For the certificate: at least 70 of 100 points.",
    "issued_on": "2026-01-18",
    "starts_on": "2025-11-29",
    "ends_on": "2025-12-14",
    "sessions": 6,
    "hours": 18,
    "lessons": 12,
    "labs": 2,
    "points": "88",
    "work": [
        {"title": "Lab 1", "address": "https://github.com/octocat/lab-1"},
        {"title": "Lab 2", "address": ""},
    ],
    "route": store(ROUTE),
}
