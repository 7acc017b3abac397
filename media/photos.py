"""A photograph somebody sends: drawn anew, so that only a picture is kept and nothing that hides in the file."""

import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from media.errors import MediaError

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1600


def redraw(source: Path, target: Path) -> None:
    """Write the picture as a JPEG without place, time or anything else of the camera; raises MediaError."""
    try:
        with warnings.catch_warnings(), Image.open(source, formats=FORMATS) as picture:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            if picture.width * picture.height > MOST_PIXELS:
                raise MediaError("picture-large", "照片太大了。请把它缩小一些再传。")
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            Image.frombytes("RGB", upright.size, upright.tobytes()).save(target, "JPEG", quality=82)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise MediaError("picture", "这个文件不是能打开的照片。请传 JPG、PNG 或 WEBP 照片。") from None
