"""What the export dialogs are made of."""
