"""The forms through which facts, documents and requests are entered, on whatever surface."""
