"""The demo world as written text: the reviewed cases of each workflow and, in policies.json, what routes them."""
