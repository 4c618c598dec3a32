"""Where files lie and how they become visible: uploads, import keys, manifests, published stages."""
