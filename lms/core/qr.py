"""QR codes as inline SVG."""

import segno


def svg(text: str) -> str:
    """Return a QR code, error correction M, a quiet zone of two modules."""
    return segno.make(text, error="m", micro=False).svg_inline(
        border=2, dark="#1F1A1C", light=None, omitsize=True, svgclass="qr", lineclass=None
    )
