/* Files dropped on a paste box are put into its file input; the form is sent by the person, never by the drop. */
(() => {
  "use strict";
  const area = (event) => (event.dataTransfer && [...event.dataTransfer.types].includes("Files") ? event.target.closest("[data-drop]") : null);
  document.addEventListener("dragover", (event) => {
    const box = area(event);
    if (!box) return;
    event.preventDefault();
    box.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    const box = event.target.closest && event.target.closest("[data-drop]");
    if (box && !box.contains(event.relatedTarget)) box.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    const box = area(event);
    if (!box) return;
    event.preventDefault();
    box.classList.remove("over");
    const input = box.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  });
})();
