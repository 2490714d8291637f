"""A duty officer lets this browser ring; what a push service brings is shown, and leads to the message.

A Chromium without Google's service subscribes nowhere, so the page is given the subscription; all else is its own.
"""

import json

import pytest
from axe_rules import found_by_axe

pytestmark = pytest.mark.browser

SUBSCRIBED = """
(() => {
  const made = (endpoint) => ({
    endpoint,
    unsubscribe: async () => { localStorage.removeItem("endpoint"); return true; },
    toJSON: () => ({ endpoint, keys: {
      p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
      auth: "BTBZMqHH6r4Tts7J_aSIgg" } }),
  });
  PushManager.prototype.getSubscription = async () => {
    const endpoint = localStorage.getItem("endpoint");
    return endpoint && made(endpoint);
  };
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    const point = atob(applicationServerKey.replaceAll("-", "+").replaceAll("_", "/"));
    if (point.length !== 65 || point.charCodeAt(0) !== 4) throw new TypeError("no key");
    const endpoint = `https://push.example/${crypto.randomUUID()}`;
    localStorage.setItem("endpoint", endpoint);
    return made(endpoint);
  };
})();
"""
AWAY = "PushManager.prototype.subscribe = async () => { throw new DOMException('push service error'); };"
CLICKED = """
async () => {
  const led = new Promise((resolve) => {
    setTimeout(() => resolve(["led", "nowhere"]), 5000);
    Clients.prototype.openWindow = async (url) => resolve(["opened", url]);
    WindowClient.prototype.focus = async function () { resolve(["focused", new URL(this.url).pathname]); };
  });
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  return [...await led, (await self.registration.getNotifications()).length];
}
"""
NOTIFICATIONS = """
async () => {
  const worker = await navigator.serviceWorker.getRegistration("/");
  for (let tries = 0; tries < 100; tries++) {
    const shown = await worker.getNotifications();
    if (shown.length) return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return [];
}
"""


def rings(page):
    page.get_by_role("button", name="Ring in this browser").click()
    page.get_by_text("This browser rings from now on.").wait_for()
    page.get_by_text("This browser rings, also when you are signed out.").wait_for()
    assert page.get_by_text("the one you look at").is_visible()


def deliver(page, said):
    """Bring a push to the worker of the page, as the browser's own service would."""
    session = page.context.new_cdp_session(page)
    found = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    origin = page.demo.url.rstrip("/")
    while not found:
        page.wait_for_timeout(50)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": found[0]["registrationId"], "data": json.dumps(said)},
    )


def test_a_browser_that_was_chosen_shows_what_comes(visit):
    page = visit("duty", permissions=["notifications"])
    page.add_init_script(SUBSCRIBED)
    page.goto("inbox/mine")
    rings(page)
    (worker,) = page.context.service_workers
    assert worker.url == f"{page.demo.url}push.js"
    said = {"heading": "[TLP:AMBER] ຄະດີ", "body": "LA-7K3M (S5)", "tag": "abc", "url": "/inbox/abc", "language": "lo"}
    deliver(page, {**said, "stays": True})
    assert page.evaluate(NOTIFICATIONS) == [
        {"title": "[TLP:AMBER] ຄະດີ", "body": "LA-7K3M (S5)", "tag": "abc", "data": "/inbox/abc"}
    ]
    deliver(page, {**said, "body": "a repeat", "stays": True})
    page.wait_for_function(f"async () => (await ({NOTIFICATIONS})()).map((one) => one.body).join() === 'a repeat'")
    assert worker.evaluate(CLICKED) == ["opened", "/inbox/abc", 0]
    deliver(page, {**said, "url": "/inbox/mine"})
    page.evaluate(NOTIFICATIONS)
    assert worker.evaluate(CLICKED) == ["focused", "/inbox/mine", 0]
    assert page.evaluate("async () => (await caches.keys()).length") == 0
    assert found_by_axe(page) == []

    page.locator("#browsers form[data-push-mark]").get_by_role("button", name="Take it away").click()
    page.get_by_text("this browser rings no more").wait_for()
    assert page.evaluate("localStorage.getItem('endpoint')") is None
    page.get_by_role("button", name="Ring in this browser").wait_for()


def test_who_allows_no_notifications_is_told_where_to_allow_them(visit):
    page = visit("duty")
    page.add_init_script("Notification.requestPermission = async () => 'denied';")
    page.goto("inbox/mine")
    page.get_by_role("button", name="Ring in this browser").click()
    page.get_by_role("alert").get_by_text("Allow notifications for this site").wait_for()


def test_a_push_service_that_is_away_is_said_and_the_button_stays(visit):
    page = visit("duty", permissions=["notifications"])
    page.add_init_script(AWAY)
    page.goto("inbox/mine")
    page.get_by_role("button", name="Ring in this browser").click()
    page.get_by_text("The push service of this browser did not answer.").wait_for()
    assert page.get_by_role("button", name="Ring in this browser").is_visible()


def test_a_browser_without_push_reads_what_it_takes(visit):
    page = visit("duty")
    page.add_init_script("delete window.PushManager;")
    page.goto("inbox/mine")
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("It needs JavaScript and push messages").is_visible()
    assert not page.get_by_role("button", name="Ring in this browser").is_visible()


def test_without_a_script_other_browsers_are_seen_and_taken_away(visit):
    other = visit("duty", permissions=["notifications"])
    other.add_init_script(SUBSCRIBED)
    other.goto("inbox/mine")
    rings(other)

    page = visit("duty", java_script_enabled=False)
    page.goto("inbox/mine")
    assert page.get_by_text("It needs JavaScript and push messages").is_visible()
    assert not page.get_by_role("button", name="Ring in this browser").is_visible()
    page.locator("#browsers").get_by_role("button", name="Take it away").click()
    assert page.get_by_text("this browser rings no more").is_visible()
    assert page.locator("#browsers").get_by_role("button", name="Take it away").count() == 0
