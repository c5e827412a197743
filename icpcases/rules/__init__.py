"""The law: facts, rules, verdict, numbers, documents, as pure Python without Django."""
