from typing import Any

# Any: JSON. Whoever reads a key converts its value.
JsonObject = dict[str, Any]
