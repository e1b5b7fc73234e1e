"""The Open Badge, checked by another implementation of the format, and by a JWT library with our published key."""

import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier

from portal.progress.certificates import badges


def public_pem() -> bytes:
    return badges.signing_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_second_implementation_accepts_the_badge(make_certificate):
    certificate = make_certificate("क्षत्रिय विद्यार्थी")
    credential = OB3Verifier(public_pem()).verify(badges.sign_badge(certificate))
    assert credential.achievement.name == "MLOps Edu"
    assert credential.issuer.id == "http://localhost:8000/certificates/issuer.json"


def test_second_implementation_refuses_a_changed_badge_and_another_key(make_certificate):
    head, body, signature = badges.sign_badge(make_certificate()).split(".")
    changed = body[:-4] + ("AAAA" if body[-4:] != "AAAA" else "BBBB")
    with pytest.raises(OB3VerificationError):
        OB3Verifier(public_pem()).verify(f"{head}.{changed}.{signature}")
    other = Ed25519PrivateKey.generate().public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(OB3VerificationError):
        OB3Verifier(pem).verify(f"{head}.{body}.{signature}")


def test_published_key_verifies_the_badge_that_names_it(client, make_certificate):
    certificate = make_certificate()
    token = badges.sign_badge(certificate)
    header = jwt.get_unverified_header(token)
    published = client.get("/certificates/key.json").json()
    assert header["jwk"] == published
    assert header["kid"].endswith("/certificates/key.json")
    key = jwt.PyJWK(published)
    claims = jwt.decode(token, key, algorithms=["EdDSA"])
    assert claims["id"] == claims["jti"] == certificate.address
    assert claims["iss"] == client.get("/certificates/issuer.json").json()["id"]


def test_badge_has_the_email_only_as_a_hash(make_certificate):
    certificate = make_certificate()
    credential = json.dumps(badges.make_credential(certificate))
    assert certificate.enrollment.user.email not in credential
    assert "sha256$" in credential


def test_key_of_the_operator_signs(make_certificate, settings):
    own = Ed25519PrivateKey.generate()
    settings.CERTIFICATE_KEY = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    token = badges.sign_badge(make_certificate())
    jwt.decode(token, own.public_key(), algorithms=["EdDSA"])


def test_withdrawn_certificates_are_in_the_revocation_list(client, make_certificate):
    from django.utils import timezone

    withdrawn, valid = make_certificate(withdrawn_at=timezone.now()), make_certificate()
    listed = client.get("/certificates/withdrawn.json").json()["revokedCredential"]
    assert [each["id"] for each in listed] == [withdrawn.address]
    assert valid.address not in str(listed)
