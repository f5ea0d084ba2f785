"use strict";
// The same formulas as lifelong.money.calculator; a test in a browser holds both together.
const box = (name) => document.getElementById(name);
const number = (name) => { const text = box(name).value.trim(); return text === "" ? null : Number(text); };
const share = (name) => { const typed = number(name); return typed === null ? null : typed / 100; };
const timings = { begin: 0, mid: 0.5, end: 1 };
const spoken = document.documentElement.lang, words = box("notes").dataset;
const money = new Intl.NumberFormat(spoken, { minimumFractionDigits: 2, maximumFractionDigits: 2, useGrouping: "always" });
const tenth = new Intl.NumberFormat(spoken, { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: "always" });

function worth(told, leaving) {
  const force = Math.log1p(told.discount) / 12;
  return told.monthly * Math.exp(-force * told.after) / (leaving - (1 - leaving) * Math.expm1(-force));
}

function compute() {
  const churn = share("churn"), lifetime = number("lifetime"), margin = share("margin");
  const told = { discount: share("discount") ?? 0, after: timings[box("timing").value] };
  told.monthly = number("invoice") * number("invoices_a_month") * (margin ?? 1);
  const leaving = churn ?? 1 / lifetime, cac = number("spend") / number("new_customers");
  const value = worth(told, leaving), lost = cac * leaving / told.monthly;
  return {
    value: value, value_by_churn: churn === null ? null : worth(told, churn),
    value_by_lifetime: lifetime === null ? null : worth(told, 1 / lifetime),
    cac: cac, cac_loaded: (number("spend") + (number("overhead") ?? 0)) / number("new_customers"),
    net_value: value - cac, ratio: cac > 0 ? value / cac : null, payback_months: cac / told.monthly,
    payback_with_leavers: lost < 1 ? Math.log1p(-lost) / Math.log1p(-leaving) : null,
    base: number("new_customers") / leaving, customers_lost: number("new_customers"),
    equity_added: number("new_customers") * (value - cac),
    says: margin === null ? words.revenue : "",
    never: lost < 1 ? "" : words.never,
    apart: churn !== null && lifetime !== null && Math.abs(lifetime * churn - 1) > 0.2
      ? words.apart.replace("{churn}", tenth.format(100 * churn)).replace("{months}", tenth.format(1 / churn)) : "",
  };
}

function show() {
  const form = box("typed");
  const has = form.checkValidity() && (box("churn").value.trim() !== "" || box("lifetime").value.trim() !== "");
  box("wrong").textContent = has ? "" : box("wrong").dataset.missing;
  const made = has ? compute() : {};
  for (const cell of document.querySelectorAll("[data-key]")) {
    const found = made[cell.dataset.key], shape = cell.dataset.unit === "money" ? money : tenth;
    cell.textContent = !has ? "–" : found === null || found === undefined ? cell.dataset.none : shape.format(found);
  }
  box("notes").textContent = has ? [made.says, made.never, made.apart].filter(Boolean).join(" ") : "";
}

box("typed").addEventListener("input", show);
box("typed").addEventListener("submit", (event) => event.preventDefault());
show();
