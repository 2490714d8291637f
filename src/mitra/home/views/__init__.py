"""The doors of the front desk: the first page, and the operator's page of the node."""
