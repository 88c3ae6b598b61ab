"use strict";
(() => {
  const form = document.getElementById("filters");
  const count = form.querySelector("output");
  const scenarios = [...document.querySelectorAll("details.scenario")];
  const rules = [...document.querySelectorAll(".rule")];
  const areas = [...document.querySelectorAll(".area")];
  const tiles = [...document.querySelectorAll(".tiles button")];
  const words = (one, key) => (one.dataset[key] || "").split(" ");

  function fits(one) {
    const text = form.text.value.trim().toLowerCase();
    return ["verdict", "area", "level"].every(key => !form[key].value || words(one, key).includes(form[key].value)) &&
      (!text || one.dataset.text.toLowerCase().includes(text));
  }
  function apply() {
    for (const one of [...scenarios, ...rules]) one.classList.toggle("hidden", !fits(one));
    for (const area of areas) area.classList.toggle("hidden", !rules.some(one =>
      one.dataset.area === area.dataset.area && !one.classList.contains("hidden")));
    const shown = list => list.filter(one => !one.classList.contains("hidden")).length;
    for (const tile of tiles) tile.setAttribute("aria-pressed", form.verdict.value === tile.value);
    count.textContent = `${shown(scenarios)} of ${scenarios.length} scenarios, ${shown(rules)} of ${rules.length} rules`;
  }
  // A link to a scenario opens it, whatever the filters say.
  function follow() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.matches("details")) {
      target.open = true;
      target.classList.remove("hidden");
      target.scrollIntoView();
    }
  }
  form.hidden = false;
  // A tile shows its verdict alone; the same tile again shows everything.
  for (const tile of tiles) tile.addEventListener("click", () => {
    form.verdict.value = form.verdict.value === tile.value ? "" : tile.value;
    apply();
    document.getElementById("scenarios").scrollIntoView();
  });
  form.addEventListener("input", apply);
  form.addEventListener("submit", event => event.preventDefault());
  addEventListener("hashchange", follow);
  apply();
  follow();
})();
