"""Attention: words in the visitor's hand, and who heeds whom under two gates."""
