/* A relative time shows its absolute one when it is touched, and again the relative one. */
document.addEventListener("click", (event) => {
  const time = event.target.closest("time[data-at]");
  if (!time) return;
  [time.textContent, time.dataset.at] = [time.dataset.at, time.textContent];
});
