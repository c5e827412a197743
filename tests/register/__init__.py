"""The register: its acts, and taking them back."""
