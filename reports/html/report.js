/* The table of a report: rows are made for what can be seen, whatever their number. */
(function () {
	"use strict";

	var ROW_PX = 34, SPARE_ROWS = 12, PRINT_ROWS = 5000, AT_ONCE_ROWS = 50000;
	var data = JSON.parse(document.getElementById("data").textContent);

	function byId(id) { return document.getElementById(id); }
	function words(name) { return name.replace(/_/g, " "); }
	function two(number) { return (number < 10 ? "0" : "") + number; }
	function grouped(number) { return String(number).replace(/\B(?=(\d{3})+$)/g, ","); }

	function utc(ms) {
		var t;
		if (ms === null) return "";
		t = new Date(ms);
		return t.getUTCFullYear() + "-" + two(t.getUTCMonth() + 1) + "-" + two(t.getUTCDate()) + " " +
			two(t.getUTCHours()) + ":" + two(t.getUTCMinutes());
	}

	function rough(ms) {
		var s;
		if (ms === null) return "";
		if (ms < 1000) return ms + " ms";
		if (ms < 60000) return (Math.floor(ms / 100) / 10).toFixed(1) + " s";
		s = Math.floor(ms / 1000);
		if (s < 3600) return Math.floor(s / 60) + "m " + two(s % 60) + "s";
		if (s < 86400) return Math.floor(s / 3600) + "h " + two(Math.floor(s / 60) % 60) + "m";
		return Math.floor(s / 86400) + "d " + Math.floor(s / 3600) % 24 + "h";
	}

	/* -- the rows: sessions, and hosts without any or with an error of their own, as in the CSV -- */

	function errorText(error) {
		return typeof error === "number" ? data.errors[error] : error;
	}

	function hostRow(host) {
		return { host: host[0], user: "", id: null, state: "", outcome: data.host_outcomes[host[3]],
			why: host[4] === null ? "" : errorText(host[4]), idle: null, logon: null, took: host[5],
			error: host[4], kind: data.host_kinds[host[3]], itself: true, more: host[1] + " " + host[6] };
	}

	function sessionRow(host, s) {
		return { host: host[0], user: s[2] && s[1] ? s[2] + "\\" + s[1] : s[1], id: s[0], state: words(data.states[s[3]]),
			outcome: data.session_outcomes[s[6]],
			why: s[8] !== null ? errorText(s[8]) : words(data.reasons[s[7]]), idle: s[5], logon: s[4], took: s[9],
			error: s[8], kind: data.session_kinds[s[6]], itself: false,
			more: host[1] + " " + host[6] + " " + s[10] + " " + s[11] };
	}

	function makeRows() {
		var rows = [];
		data.hosts.forEach(function (host) {
			if (host[4] !== null || host[7].length === 0) rows.push(hostRow(host));
			host[7].forEach(function (session) { rows.push(sessionRow(host, session)); });
		});
		rows.forEach(function (row, i) {
			row.place = i;
			row.text = [row.host, row.user, row.id === null ? "" : row.id, row.state, words(row.outcome), row.outcome,
				row.why, row.more].join("\n").toLowerCase();
		});
		return rows;
	}

	var rows = makeRows();
	data.hosts = null;

	/* -- columns -- */

	var columns = [
		{ name: "host", title: "Host", show: function (r) { return r.host; } },
		{ name: "user", title: "User", show: function (r) { return r.user; } },
		{ name: "id", title: "ID", number: true, show: function (r) { return r.id === null ? "" : String(r.id); } },
		{ name: "state", title: "State", show: function (r) { return r.state; } },
		{ name: "outcome", title: "Outcome", show: function (r) { return words(r.outcome); } },
		{ name: "why", title: "Reason or error", show: function (r) { return r.why; } },
		{ name: "idle", title: "Idle", number: true, show: function (r) { return rough(r.idle === null ? null : r.idle * 1000); } },
		{ name: "logon", title: "Logon (UTC)", show: function (r) { return utc(r.logon); }, number: true, left: true },
		{ name: "took", title: "Took", number: true, show: function (r) { return rough(r.took); } }
	];

	/* What is unknown or empty comes last, either way round. */
	function compare(column, direction) {
		var name = column.name;
		function key(row) {
			var value = row[name];
			return typeof value === "string" ? (value === "" ? null : value.toLowerCase()) : value;
		}
		var keys = rows.map(key);
		return function (a, b) {
			var x = keys[a.place], y = keys[b.place];
			if (x === y) return a.place - b.place;
			if (x === null) return 1;
			if (y === null) return -1;
			return x < y ? -direction : direction;
		};
	}

	var sorted = rows, sortColumn = null, sortDirection = 1;

	function sortBy(column) {
		if (sortColumn === column && sortDirection < 0) { sortColumn = null; sorted = rows; return; }
		sortDirection = sortColumn === column ? -1 : 1;
		sortColumn = column;
		sorted = rows.slice().sort(compare(column, sortDirection));
	}

	/* -- what is shown -- */

	var search = byId("search"), pick = byId("pick"), count = byId("count"), box = byId("rows"), body = byId("body");
	var shown = rows;

	function picked(value) {
		var rest = value.slice(value.indexOf(":") + 1);
		if (value === "") return null;
		if (value.indexOf("kind:") === 0) return function (row) {
			return rest === "undone" ? row.kind === "bad" || row.kind === "doubt" : row.kind === rest;
		};
		if (value.indexOf("error:") === 0) return function (row) { return String(row.error) === rest; };
		if (value.indexOf("host:") === 0) return function (row) { return row.itself && row.outcome === rest; };
		return function (row) { return !row.itself && row.outcome === rest; };
	}

	function filter() {
		var terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
		var wanted = picked(pick.value);
		var all = !wanted && terms.length === 0;
		shown = all ? sorted : sorted.filter(function (row) {
			if (wanted && !wanted(row)) return false;
			for (var i = 0; i < terms.length; i++) if (row.text.indexOf(terms[i]) < 0) return false;
			return true;
		});
		count.textContent = shown.length === rows.length ? grouped(rows.length) + (rows.length === 1 ? " row" : " rows")
			: grouped(shown.length) + " of " + grouped(rows.length) + " rows";
		byId("none").hidden = shown.length > 0;
		byId("grid").setAttribute("aria-rowcount", shown.length + 1);
		box.scrollTop = 0;
		draw(true);
	}

	/* At once while that is not felt; of very many rows when the typing pauses. */
	var pending = 0;
	function filterSoon() {
		clearTimeout(pending);
		if (rows.length <= AT_ONCE_ROWS) filter();
		else pending = setTimeout(filter, 150);
	}

	function cell(row, column) {
		var made = document.createElement(column.name === "host" ? "th" : "td");
		var text = column.show(row), mark;
		made.className = "c-" + column.name + (column.number && !column.left ? " num" : "") +
			(column.name === "why" || column.name === "idle" || column.name === "logon" || column.name === "took" ? " quiet" : "");
		if (column.name === "host") made.setAttribute("scope", "row");
		if (column.name === "outcome") {
			mark = document.createElement("span");
			mark.className = "mark " + row.kind;
			mark.setAttribute("aria-hidden", "true");
			made.appendChild(mark);
		}
		made.appendChild(document.createTextNode(column.name === "outcome" && row.itself ? text + " (host)" : text));
		if (text.length > 12) made.title = text;
		return made;
	}

	function line(i) {
		var made = document.createElement("tr");
		made.setAttribute("aria-rowindex", i + 2);
		columns.forEach(function (column) { made.appendChild(cell(shown[i], column)); });
		return made;
	}

	function space(px) {
		var made = document.createElement("tr"), inside = document.createElement("td");
		made.setAttribute("aria-hidden", "true");
		inside.className = "space";
		inside.colSpan = columns.length;
		inside.style.height = px + "px";
		made.appendChild(inside);
		return made;
	}

	var first = -1, last = -1;

	function drawRange(from, to) {
		var piece = document.createDocumentFragment();
		if (from > 0) piece.appendChild(space(from * ROW_PX));
		for (var i = from; i < to; i++) piece.appendChild(line(i));
		if (to < shown.length) piece.appendChild(space((shown.length - to) * ROW_PX));
		body.textContent = "";
		body.appendChild(piece);
		first = from;
		last = to;
	}

	function draw(anew) {
		var top = Math.floor(box.scrollTop / ROW_PX), visible = Math.ceil(box.clientHeight / ROW_PX);
		var from = Math.max(0, top - SPARE_ROWS);
		var to = Math.min(shown.length, top + Math.max(visible, 20) + SPARE_ROWS);
		if (anew || from < first - SPARE_ROWS / 2 || to > last || top < first || (from > 0 && first === 0 && last < to)) drawRange(from, to);
	}

	/* -- heading, choices, events -- */

	function drawHead() {
		columns.forEach(function (column) {
			if (column === sortColumn) column.head.setAttribute("aria-sort", sortDirection > 0 ? "ascending" : "descending");
			else column.head.removeAttribute("aria-sort");
		});
	}

	function makeHead() {
		var tr = document.createElement("tr");
		tr.setAttribute("aria-rowindex", "1");
		columns.forEach(function (column) {
			var button = document.createElement("button");
			column.head = document.createElement("th");
			column.head.setAttribute("scope", "col");
			column.head.className = "c-" + column.name + (column.number && !column.left ? " num" : "");
			button.type = "button";
			button.textContent = column.title;
			button.addEventListener("click", function () { sortBy(column); drawHead(); filter(); });
			column.head.appendChild(button);
			tr.appendChild(column.head);
		});
		byId("head").appendChild(tr);
	}

	function addChoice(parent, value, label, amount) {
		var option = document.createElement("option");
		if (!amount) return;
		option.value = value;
		option.textContent = label + " (" + grouped(amount) + ")";
		parent.appendChild(option);
	}

	function addGroup(label, choices) {
		var group = document.createElement("optgroup");
		group.label = label;
		choices.forEach(function (choice) { addChoice(group, choice[0], choice[1], choice[2]); });
		if (group.firstChild) pick.appendChild(group);
	}

	function makeChoices() {
		var kinds = {}, sessions = {}, hosts = {}, errors = {};
		rows.forEach(function (row) {
			var by = row.itself ? hosts : sessions;
			kinds[row.kind] = (kinds[row.kind] || 0) + 1;
			by[row.outcome] = (by[row.outcome] || 0) + 1;
			if (row.error !== null) errors[row.error] = (errors[row.error] || 0) + 1;
		});
		addGroup("In short", [["kind:undone", "Not done", (kinds.bad || 0) + (kinds.doubt || 0)],
			["kind:done", "Done", kinds.done], ["kind:info", "Planned or listed", kinds.info], ["kind:left", "Left alone", kinds.left]]);
		addGroup("Sessions", data.session_outcomes.map(function (name) { return ["session:" + name, words(name), sessions[name]]; }));
		addGroup("Hosts", data.host_outcomes.map(function (name) { return ["host:" + name, words(name), hosts[name]]; }));
		addGroup("Errors", Object.keys(errors).map(function (key) {
			return ["error:" + key, /^\d+$/.test(key) ? data.errors[key] : key, errors[key]];
		}));
	}

	function choose(value) {
		search.value = "";
		pick.value = value;
		filter();
		byId("sessions").scrollIntoView();
		box.focus({ preventScroll: true });
	}

	/* Each error of the list leads to its rows. */
	function makeLinks() {
		Array.prototype.forEach.call(document.querySelectorAll("[data-pick]"), function (place) {
			var button = document.createElement("button"), value = place.getAttribute("data-pick");
			if (!Array.prototype.some.call(pick.options, function (option) { return option.value === value; })) return;
			button.type = "button";
			button.className = "show";
			button.textContent = "Show them";
			button.setAttribute("aria-label", "Show the rows: " + place.getAttribute("data-what"));
			button.addEventListener("click", function () { choose(value); });
			place.appendChild(document.createTextNode(" "));
			place.appendChild(button);
		});
	}

	makeHead();
	makeChoices();
	makeLinks();
	byId("table").hidden = false;
	search.addEventListener("input", filterSoon);
	pick.addEventListener("change", filter);
	byId("clear").addEventListener("click", function () { search.value = ""; pick.value = ""; filter(); search.focus(); });
	box.addEventListener("scroll", function () { draw(false); }, { passive: true });
	window.addEventListener("resize", function () { draw(true); });
	search.addEventListener("keydown", function (event) {
		if (event.key === "Escape" && search.value !== "") { search.value = ""; filter(); event.preventDefault(); }
	});
	document.addEventListener("keydown", function (event) {
		var at = document.activeElement;
		if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
		if (at && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName)) return;
		search.focus();
		event.preventDefault();
	});
	window.addEventListener("beforeprint", function () {
		byId("unprinted").hidden = shown.length <= PRINT_ROWS;
		byId("unprinted").textContent = grouped(Math.max(0, shown.length - PRINT_ROWS)) + " further rows are not printed.";
		body.textContent = "";
		for (var i = 0; i < Math.min(shown.length, PRINT_ROWS); i++) body.appendChild(line(i));
	});
	window.addEventListener("afterprint", function () { byId("unprinted").hidden = true; draw(true); });
	filter();
}());
