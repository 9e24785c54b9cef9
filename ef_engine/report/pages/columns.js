// Columns as the page carries them, made into texts and numbers. Amounts are whole cents, so nothing is ever rounded.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);

const decoded = (column) => {
  if (column.kind === "steps") {
    let sum = 0;
    const cents = column.steps.map((step) => (sum += step));
    return { name: column.name, isRight: true, size: cents.length, cents, text: (row) => money(cents[row]), key: (row) => cents[row] };
  }
  if (column.kind === "cents") {
    const { cents } = column;
    return { name: column.name, isRight: true, size: cents.length, cents, text: (row) => (cents[row] === null ? "" : money(cents[row])), key: (row) => cents[row] ?? -Infinity };
  }
  const { texts, rows } = column;
  const isRight = column.kind === "right";
  const number = (text) => (text === "" ? -Infinity : Number(text.replace(/,/g, "")));
  return { name: column.name, isRight, size: rows.length, text: (row) => texts[rows[row]], key: (row) => (isRight ? number(texts[rows[row]]) : texts[rows[row]]) };
};

const money = (cents) => {
  const digits = String(Math.abs(cents)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${cents < 0 ? "-" : ""}${whole}.${digits.slice(-2)}`;
};

const make = (name, properties = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "className") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
};
