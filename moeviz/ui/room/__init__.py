"""The lecture room: the lecturer's screen, the phones, and what goes between them."""
