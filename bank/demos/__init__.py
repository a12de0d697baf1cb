"""The demos by name; importing one imports torch, naming them does not."""
