"use strict";
(() => {
  const root = document.documentElement;
  const state = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  root.classList.add("scripted");

  // A page in a file may have no storage.
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* forgotten */ } };

  // Light, dark, or what the system says.
  const themes = { auto: ["◐", "as the system"], light: ["☀", "light"], dark: ["☾", "dark"] };
  const button = document.getElementById("theme");
  const setTheme = (name) => {
    const theme = name in themes ? name : "auto";
    if (theme === "auto") delete root.dataset.theme; else root.dataset.theme = theme;
    button.textContent = themes[theme][0];
    button.title = `Colors: ${themes[theme][1]}`;
    button.setAttribute("aria-label", button.title);
    return theme;
  };
  let theme = setTheme(state.get("theme") ?? stored("ext-theme"));
  button.addEventListener("click", () => {
    const names = Object.keys(themes);
    theme = setTheme(names[(names.indexOf(theme) + 1) % names.length]);
    store("ext-theme", theme);
  });
  button.hidden = false;

  // One language for all examples: whoever reads one call in JSON reads the next in JSON.
  const languages = { rust: "Rust", json: "JSON", curl: "curl" };
  const tabs = [];
  const setLanguage = (name) => {
    const language = name in languages ? name : "rust";
    root.dataset.lang = language;
    for (const tab of tabs) {
      const selected = tab.dataset.lang === language;
      tab.setAttribute("aria-selected", selected);
      tab.tabIndex = selected ? 0 : -1;
    }
  };
  const choose = (tab) => {
    // What was clicked stays where it is, however long the examples above are.
    const before = tab.getBoundingClientRect().top;
    setLanguage(tab.dataset.lang);
    scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: "instant" });
    store("ext-lang", tab.dataset.lang);
  };
  for (const calls of document.querySelectorAll(".calls")) {
    const id = calls.parentElement.id;
    const list = document.createElement("div");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", calls.getAttribute("aria-label"));
    for (const panel of calls.querySelectorAll(".call")) {
      const language = panel.dataset.lang;
      const tab = document.createElement("button");
      tab.type = "button";
      tab.setAttribute("role", "tab");
      tab.id = `${id}-${language}-tab`;
      tab.dataset.lang = language;
      tab.textContent = languages[language];
      panel.id = `${id}-${language}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      tab.setAttribute("aria-controls", panel.id);
      tab.addEventListener("click", () => choose(tab));
      list.append(tab);
      tabs.push(tab);
    }
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const all = [...list.querySelectorAll("[role=tab]")];
      const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
      choose(next);
      next.focus({ preventScroll: true });
    });
    if (navigator.clipboard) {
      const copy = document.createElement("button");
      copy.type = "button";
      copy.className = "copy";
      copy.textContent = "Copy";
      copy.addEventListener("click", async () => {
        const code = calls.querySelector(`.call[data-lang="${root.dataset.lang}"] code`);
        try {
          await navigator.clipboard.writeText(code.textContent);
          copy.textContent = "Copied";
        } catch {
          copy.textContent = "Not allowed";
        }
        setTimeout(() => { copy.textContent = "Copy"; }, 2000);
      });
      list.append(copy);
    }
    calls.prepend(list);
  }
  setLanguage(state.get("lang") ?? stored("ext-lang"));

  // The list of contents: folded on a narrow screen, always there on a wide one.
  const contents = document.querySelector("nav details");
  const narrow = matchMedia("(max-width: 56rem)");
  const fold = () => { contents.open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();

  // Every word of a search stands in the name or in a description.
  const box = document.getElementById("search");
  const found = document.getElementById("found");
  const entries = new Map();
  for (const entry of document.querySelectorAll("nav li")) {
    entries.set(entry.firstChild.getAttribute("href").slice(1), entry);
  }
  const items = [...document.querySelectorAll("article")].map((article) => ({
    article,
    entry: entries.get(article.id),
    kind: article.dataset.kind,
    text: [...article.querySelectorAll(".words h3 .name, .title, .about")]
      .map((it) => it.textContent).join(" ").toLowerCase(),
  }));
  const count = (kind) => {
    const all = items.filter((it) => it.kind === kind);
    return `${all.filter((it) => !it.article.hidden).length} of ${all.length} ${kind}s`;
  };
  const search = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      const hit = words.every((word) => item.text.includes(word));
      item.article.hidden = !hit;
      if (item.entry) item.entry.hidden = !hit;
    }
    for (const group of document.querySelectorAll(".group")) {
      group.hidden = !group.querySelector("article:not([hidden])");
    }
    for (const list of document.querySelectorAll("nav ul")) {
      const empty = !list.querySelector("li:not([hidden])");
      list.hidden = empty;
      list.previousElementSibling.hidden = empty;
    }
    document.querySelector(".package").hidden = words.length > 0;
    found.textContent = words.length ? `${count("action")}, ${count("type")}` : "";
  };
  box.addEventListener("input", () => {
    search(box.value);
    scrollTo({ top: 0, behavior: "instant" });
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      const first = items.find((it) => !it.article.hidden);
      first?.article.querySelector("h3 a").focus();
      first?.article.scrollIntoView();
    } else if (event.key === "Escape") {
      box.value = "";
      search("");
      box.blur();
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  });
  // A link may lead to what the search hides.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.closest("[hidden]")) {
      box.value = "";
      search("");
      target.scrollIntoView();
    }
  });
  document.getElementById("search-bar").hidden = false;
  box.value = state.get("search") ?? "";
  if (box.value) search(box.value);
})();
