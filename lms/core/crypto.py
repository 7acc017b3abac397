"""The only module that touches cryptographic primitives (security.md 4).

Personal fields: AES-256-GCM with a random nonce, bound to their table and column. Lookup: HMAC-SHA-256 blind index
under a key of its own. Papers: Ed25519, compact JWS. Every key is derived or kept under LMS_DATA/keys.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

_passwords = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
_NOBODY = _passwords.hash("nobody's password, checked so that an unknown phone takes as long as a known one")


def _key(purpose: str, length: int = 32) -> bytes:
    keys: dict[str, bytes] = current_app.extensions.setdefault("lms_keys", {})
    if purpose not in keys:
        secret = current_app.config["SECRET_KEY"].encode()
        keys[purpose] = HKDF(hashes.SHA256(), length, b"jinguo-lms-1", purpose.encode()).derive(secret)
    return keys[purpose]


def encrypt(plain: str, *, field: str) -> bytes:
    """Encrypt a personal value; `field` ("people.phone") is authenticated with it."""
    nonce = os.urandom(12)
    return b"\x01" + nonce + AESGCM(_key("fields")).encrypt(nonce, plain.encode(), field.encode())


def decrypt(sealed: bytes, *, field: str) -> str:
    """Return the value; raises ValueError if it was altered or belongs to another field."""
    try:
        return AESGCM(_key("fields")).decrypt(sealed[1:13], sealed[13:], field.encode()).decode()
    except InvalidTag:
        raise ValueError(f"{field} cannot be decrypted with this site's key") from None


def blind_index(plain: str, *, field: str) -> str:
    """Return the keyed hash under which a full value can be found again (64 hex characters)."""
    return hmac.new(_key("blind-index"), f"{field}\0{plain}".encode(), hashlib.sha256).hexdigest()


def hash_password(password: str) -> str:
    """Return the Argon2id hash (46 MiB, one pass: OWASP's second choice)."""
    return _passwords.hash(password)


def check_password(stored: str | None, password: str) -> bool:
    """Compare; without a stored hash the same work is done and the answer is no."""
    try:
        return _passwords.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def token(size: int = 32) -> str:
    """Return an unguessable URL-safe text of `size` random bytes (16 bytes = 128 bits)."""
    return secrets.token_urlsafe(size)


def digest(text: str) -> str:
    """Return the SHA-256 of a text in hex: for tokens kept only as their hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def canonical(content: Mapping[str, Any]) -> bytes:
    """Return the one byte form of a JSON content that is signed and hashed."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sign(content: Mapping[str, Any]) -> str:
    """Return a compact JWS (EdDSA) over the canonical content."""
    head = _b64(canonical({"alg": "EdDSA", "kid": key_id()}))
    body = _b64(canonical(content))
    return f"{head}.{body}.{_b64(_signer().sign(f'{head}.{body}'.encode()))}"


def verify(jws: str) -> dict[str, Any] | None:
    """Return the content of a JWS this site signed, or None; the algorithm is fixed by the key."""
    try:
        head, body, signature = jws.split(".")
        if json.loads(_unb64(head)) != {"alg": "EdDSA", "kid": key_id()}:
            return None
        _signer().public_key().verify(_unb64(signature), f"{head}.{body}".encode())
        content: dict[str, Any] = json.loads(_unb64(body))
        return content
    except (InvalidSignature, ValueError):
        return None


def key_id() -> str:
    """Return the short name of the signing key."""
    return hashlib.sha256(_signer().public_key().public_bytes_raw()).hexdigest()[:8]


def _signer() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_key("papers"))


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
