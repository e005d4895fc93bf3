"""The Python half of @mosec/python."""
