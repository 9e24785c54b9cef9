// A table of any length: only the rows in sight are in the document. Searched by words, sorted by a click on a header.

class LongTable {
  constructor(root, data) {
    this.root = root;
    this.every = data.columns.map(decoded);
    this.columns = this.every;
    this.brief = data.brief;
    this.size = this.columns[0].size;
    this.rows = this.all();
    this.sorted = { column: null, isDown: false };
    this.height = 34;
    this.build(root.dataset.caption);
    root.querySelector("select.columns")?.addEventListener("change", (event) => this.rebuild(event.target.value === "brief"));
    root.querySelector("input[type=search]").addEventListener("input", () => this.choose());
    root.querySelectorAll("select[data-column]").forEach((select) => select.addEventListener("change", () => this.choose()));
    this.choose();
  }

  all() { return Array.from({ length: this.size }, (_, row) => row); }

  build(caption) {
    this.body = make("tbody");
    this.headers = this.columns.map((column, k) =>
      make("th", { scope: "col", className: column.isRight ? "right" : "", "aria-sort": "none" },
        make("button", { type: "button", title: `Sort by ${column.name}`, onclick: () => this.sort(k) }, column.name)));
    const head = make("thead", {}, make("tr", { "aria-rowindex": 1 }, ...this.headers));
    const widths = make("colgroup", {}, ...this.columns.map((column) => make("col", { style: `width:${this.width(column)}ch` })));
    this.table = make("table", { "aria-rowcount": this.size + 1 }, make("caption", {}, caption), widths, head, this.body);
    this.scroller = make("div", { className: "scroll virtual", tabindex: 0, role: "group", "aria-label": caption }, this.table);
    this.scroller.addEventListener("scroll", () => this.later(), { passive: true });
    this.count = this.root.querySelector(".count");
    this.root.append(this.scroller);
  }

  rebuild(isBrief) {
    this.columns = isBrief ? this.brief.map((name) => this.every.find((column) => column.name === name)) : this.every;
    this.sorted = { column: null, isDown: false };
    this.scroller.remove();
    this.build(this.root.dataset.caption);
    this.choose();
  }

  width(column) {
    let longest = column.name.length;
    for (let row = 0; row < this.size; row += 1) longest = Math.max(longest, column.text(row).length);
    return Math.min(longest, 64) * 1.02 + 4;
  }

  choose() {
    const words = this.root.querySelector("input[type=search]").value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = [...this.root.querySelectorAll("select[data-column]")]
      .filter((select) => select.value)
      .map((select) => [this.columns.find((column) => column.name === select.dataset.column), select.value]);
    this.rows = this.all().filter((row) =>
      wanted.every(([column, value]) => column.text(row) === value) &&
      (!words.length || words.every((word) => this.searched(row).includes(word))));
    this.order();
  }

  searched(row) {
    this.texts ??= this.all().map((each) => this.every.map((column) => column.text(each)).join("\n").toLowerCase());
    return this.texts[row];
  }

  sort(k) {
    const isDown = this.sorted.column === k && !this.sorted.isDown;
    this.sorted = { column: k, isDown };
    this.headers.forEach((header, each) => header.setAttribute("aria-sort", each === k ? (isDown ? "descending" : "ascending") : "none"));
    this.order();
  }

  order() {
    const { column, isDown } = this.sorted;
    if (column !== null) {
      const { key } = this.columns[column];
      const compare = (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b);
      this.rows.sort(isDown ? (a, b) => compare(b, a) : compare);
    }
    this.count.textContent = this.rows.length === this.size
      ? `${this.size.toLocaleString("en-US")} rows`
      : `${this.rows.length.toLocaleString("en-US")} of ${this.size.toLocaleString("en-US")} rows`;
    this.table.setAttribute("aria-rowcount", this.rows.length + 1);
    this.scroller.scrollTop = 0;
    this.draw();
  }

  later() {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => { this.isDue = false; this.draw(); });
  }

  draw() {
    const above = Math.max(0, Math.floor(this.scroller.scrollTop / this.height) - 12);
    const below = Math.min(this.rows.length, above + Math.ceil((this.scroller.clientHeight || 700) / this.height) + 24);
    const focused = this.body.contains(document.activeElement) ? document.activeElement.dataset.row : null;
    this.body.replaceChildren(this.gap(above), ...this.rows.slice(above, below).map((row, k) => this.line(row, above + k)), this.gap(this.rows.length - below));
    if (focused !== null) this.body.querySelector(`button[data-row="${focused}"]`)?.focus({ preventScroll: true });
  }

  gap(count) {
    return make("tr", { className: "gap", "aria-hidden": "true" }, make("td", { colspan: this.columns.length, style: `height:${count * this.height}px` }));
  }

  line(row, place) {
    const [first, ...others] = this.columns;
    const open = make("button", { type: "button", "data-row": row, title: "All of this row", onclick: () => this.show(row) }, first.text(row));
    return make("tr", { "aria-rowindex": place + 2 }, make("th", { scope: "row" }, open),
      ...others.map((column) => {
        const text = column.text(row);
        return make("td", { className: column.isRight ? "right" : "", ...(text.length > 60 ? { title: text } : {}) }, text);
      }));
  }

  show(row) {
    const said = this.every.slice(1).filter((column) => column.text(row) !== "")
      .flatMap((column) => [make("dt", {}, column.name), make("dd", {}, column.text(row))]);
    const title = make("h2", { id: "row-title" }, this.every[0].text(row));
    const box = make("dialog", { "aria-labelledby": "row-title" }, title, make("dl", {}, ...said),
      make("form", { method: "dialog" }, make("button", { autofocus: "" }, "Close")));
    box.addEventListener("close", () => { box.remove(); this.body.querySelector(`button[data-row="${row}"]`)?.focus(); });
    document.body.append(box);
    box.showModal();
  }
}
