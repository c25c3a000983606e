"""Icons, presets, translations and tables; installed as ``gdsim.resources`` and read with importlib.resources."""
