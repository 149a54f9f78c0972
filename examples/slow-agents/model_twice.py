"""Bad: two parts of the agent load the same model, each for itself.

Better: load it once, and hand it to both.
"""

import hashlib

import protocol


def load_model():
    """A quarter of a second of a CPU, as unpacking a model's weights takes."""
    with protocol.component("model"):
        return hashlib.pbkdf2_hmac("sha256", b"weights", b"salt", 400_000)


class Ears:
    def __init__(self):
        self.model = load_model()


class TurnDetector:
    def __init__(self):
        self.model = load_model()


protocol.hello()
ears, turns = Ears(), TurnDetector()
protocol.ready()
