"""The Qt application: everything below this package may import Qt, nothing above it does."""
