"""Read pages as a person does: what the heading says, what stands beside a field, which secrets are in it."""

import re


def text(response):
    return response.content.decode()


def heading(response):
    found = re.search(r"<h1>(.*?)</h1>", text(response), re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def errors(response):
    """The sentences beside fields."""
    found = re.findall(r'class="error"[^>]*>(.*?)</(?:span|p)>', text(response), re.DOTALL)
    return [re.sub(r"<[^>]+>", "", each).strip() for each in found]


def record_of(region, key):
    return f"/exchange/records/{region.secrets[key].ref}"


def words_seen(region, page):
    """Which secrets' words stand in a page."""
    return {key for key, secret in region.secrets.items() if secret.word in page}
