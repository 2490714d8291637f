"""Somebody with a browser at the demonstration: signs in by the form, opens windows, hears the browser complain."""

from playwright.sync_api import Page

ROLES = {
    "duty": "k.suwan@cert-th.example",
    "admin": "somchai@cert-th.example",
    "client": "nattaya@bank-a.example",
    "operator": "operator@centre.example",
    "public": "",
}
"""Who looks at pages: the duty officer (named in a RED share), an administrator, a bank that is a client, who looks
after the node, anybody."""

PATIENCE_MS = 15_000

AS_IT_SHOULD_BE = ("htmx:sendAbort,", "htmx:afterRequest,", "status of 422 ")
"""A newer question replaces an older one; a form comes back with what is to be mended."""


class Visits:
    """One browser; each role signs in once."""

    def __init__(self, browser, demo):
        self.browser = browser
        self.demo = demo
        self._signed_in = {}

    def window(self, role="public", *, width=1440, height=900, **options) -> Page:
        """Open a window as somebody; what its browser complains of is in `problems`."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            storage_state=self.state(role),
            base_url=self.demo.url,
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text) if is_problem(message) else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.demo = self.demo
        return page

    def state(self, role):
        """Return the cookies of somebody who has signed in, None for the public."""
        email = ROLES[role or "public"]
        if not email:
            return None
        if role not in self._signed_in:
            context = self.browser.new_context(base_url=self.demo.url)
            sign_in(context.new_page(), email, self.demo.passwords[email])
            self._signed_in[role] = context.storage_state()
            context.close()
        return self._signed_in[role]


def is_problem(message):
    """Return whether the browser complains."""
    return message.type == "error" and not any(words in message.text for words in AS_IT_SHOULD_BE)


def sign_in(page, email, password):
    """Sign in by the form."""
    page.goto("sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Password", exact=True).press("Enter")
    page.wait_for_url("/")
