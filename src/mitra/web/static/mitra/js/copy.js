/* Copy the true value of what is shown defanged.  Buttons stay hidden where the browser cannot copy. */
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  const show = (root) => root.querySelectorAll(".copy[data-copy][hidden]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const words = button.querySelector("span");
    const before = words.textContent;
    if (button.classList.contains("done")) return;
    button.classList.add("done");
    words.textContent = button.dataset.copied;
    setTimeout(() => { button.classList.remove("done"); words.textContent = before; }, 2000);
  });
  show(document);
  document.addEventListener("htmx:load", (event) => show(event.target));
})();
