"""Each way that a message leaves this node by: mail, webhooks, web push."""
