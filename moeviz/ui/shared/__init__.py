"""What every page shares: form, link and address, plots, the guard, the server."""
