/* Shows what a message says outside the portal, and leads to it.  It keeps nothing and answers no request of a page. */
"use strict";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : { heading: "Mitra", url: "/inbox/" };
  const shown = {
    body: said.body,
    data: said.url,
    lang: said.language,
    renotify: Boolean(said.tag),
    requireInteraction: Boolean(said.stays),
    tag: said.tag,
  };
  event.waitUntil(self.registration.showNotification(said.heading, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data));
});

async function lead(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find((one) => new URL(one.url).pathname === url);
  return open ? open.focus() : self.clients.openWindow(url);
}
