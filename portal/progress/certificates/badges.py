"""A certificate as an Open Badges 3.0 credential: a signed JWT whose payload is the credential.

Format: Open Badges 3.0, section 8.2 (JSON Web Token Proof Format), on the Verifiable Credentials Data Model 2.0.
"""

import hashlib
import json
import uuid
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.urls import reverse
from jwt.algorithms import OKPAlgorithm

from portal.progress.certificates.words import completed_words
from portal.progress.models import Certificate

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
ALGORITHM = "EdDSA"


def signing_key() -> Ed25519PrivateKey:
    """Return the key of CERTIFICATE_KEY, or one derived from SECRET_KEY."""
    return _load_key(settings.CERTIFICATE_KEY, settings.SECRET_KEY)


@cache
def _load_key(pem: str, secret: str) -> Ed25519PrivateKey:
    if pem:
        key = load_pem_private_key(pem.encode(), None)
        if not isinstance(key, Ed25519PrivateKey):  # portal.checks says so at the start
            raise ValueError("CERTIFICATE_KEY is not an Ed25519 key")
        return key
    derived = HKDF(SHA256(), 32, salt=None, info=b"portal certificates").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(derived)


def public_jwk() -> dict[str, str]:
    """Return the public key as a JWK, with its address as `kid`."""
    found = OKPAlgorithm.to_jwk(signing_key().public_key(), as_dict=True)
    return {name: str(found[name]) for name in ("kty", "crv", "x")} | {
        "alg": ALGORITHM,
        "kid": _url("certificate_key"),
    }


# Any: JSON
def issuer_profile() -> dict[str, Any]:
    address = _url("certificate_issuer")
    return {"id": address, "type": ["Profile"], "name": settings.SITE_NAME, "url": f"{settings.PUBLIC_URL}/"}


# Any: JSON
def revocation_list() -> dict[str, Any]:
    """Return the withdrawn and replaced certificates, in the form of 1EdTech's revocation list."""
    ended = Certificate.objects.exclude(pk__in=Certificate.objects.valid().values("pk")).order_by("pk")
    revoked = [{"id": each.address, "revoked": True, "revocationReason": each.state} for each in ended]
    return {
        "id": _url("certificates_withdrawn"),
        "issuer": _url("certificate_issuer"),
        "revokedCredential": revoked,
    }


def sign_badge(certificate: Certificate) -> str:
    """Return the credential as a JWT, signed by Ed25519, with its public key in the header."""
    credential = make_credential(certificate)
    claims = {
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": int(certificate.issued_at.timestamp()),
    }
    jwk = public_jwk()
    headers = {"kid": jwk["kid"], "jwk": jwk}
    return jwt.encode(credential | claims, signing_key(), algorithm=ALGORITHM, headers=headers)


# Any: JSON
def make_credential(certificate: Certificate) -> dict[str, Any]:
    content, address = certificate.content, certificate.address
    return {
        "@context": list(CONTEXTS),
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": issuer_profile(),
        "validFrom": certificate.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "name": content["course"],
        "credentialStatus": {"id": _url("certificates_withdrawn"), "type": "1EdTechRevocationList"},
        "credentialSubject": {
            "id": uuid.uuid5(uuid.NAMESPACE_URL, address).urn,
            "type": ["AchievementSubject"],
            "identifier": [_identify("name", certificate.name), _identify_email(certificate)],
            "achievement": {
                "id": f"{settings.PUBLIC_URL}{reverse('course', args=[content['slug']])}",
                "type": ["Achievement"],
                "name": content["course"],
                "description": f"{certificate.name} {completed_words(content)}",
                "criteria": {"narrative": content["criteria"]},
            },
        },
    }


def _identify(kind: str, value: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "identityType": kind, "identityHash": value, "hashed": False}


def _identify_email(certificate: Certificate) -> dict[str, Any]:
    salt = hashlib.sha256(f"salt of {certificate.key}".encode()).hexdigest()[:16]
    email = certificate.enrollment.user.email.lower()
    digest = hashlib.sha256(f"{email}{salt}".encode()).hexdigest()
    hashed = {"identityHash": f"sha256${digest}", "hashed": True, "salt": salt}
    return {"type": "IdentityObject", "identityType": "emailAddress"} | hashed


def _url(name: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name)}"


# Any: JSON
def to_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
