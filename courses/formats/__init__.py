"""Files that courses and questions come in, and go out as."""
