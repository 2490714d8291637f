/* Let this browser ring, or no more, where a person says how to be told.  What the browser cannot do stays hidden. */
(() => {
  "use strict";
  const part = document.getElementById("browsers");
  const on = part && part.querySelector("form[data-push-key]");
  if (!on || !navigator.serviceWorker || !window.PushManager || !window.Notification) return;

  const show = (state) => part.querySelectorAll("[data-push-if]").forEach((one) => {
    one.hidden = !one.dataset.pushIf.split(" ").includes(state);
  });

  const markOf = async (subscription) => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  /* What is subscribed anew has an address that nobody else was told by here before. */
  const subscribe = async () => {
    await navigator.serviceWorker.register(on.dataset.pushWorker);
    const { pushManager } = await navigator.serviceWorker.ready;
    const before = await pushManager.getSubscription();
    if (before) await before.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: on.dataset.pushKey });
  };

  on.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await Notification.requestPermission() !== "granted") return show("refused");
    try {
      on.elements.subscription.value = JSON.stringify(await subscribe());
    } catch {
      return show("failed");
    }
    return on.submit();
  });

  const look = async () => {
    const worker = await navigator.serviceWorker.getRegistration("/");
    const subscription = worker && await worker.pushManager.getSubscription();
    const own = subscription && part.querySelector(`form[data-push-mark="${await markOf(subscription)}"]`);
    if (!own) return show(Notification.permission === "denied" ? "refused" : "off");
    own.querySelector("[data-push-here]").hidden = false;
    own.addEventListener("submit", async (event) => {
      event.preventDefault();
      await subscription.unsubscribe().catch(() => false);
      own.submit();
    });
    return show("on");
  };
  look();
})();
