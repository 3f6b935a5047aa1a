"""Panels of Grafana, from what there is to say about each.

In an expression, `@` stands for what the dashboard's variables choose, and `@route` for the same
with the route.
"""

CHOSEN = 'namespace=~"$namespace",job=~"$job",instance=~"$instance",pod=~"$pod"'
ROUTE = CHOSEN + ',route=~"$route"'
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
GREEN, YELLOW, RED = "green", "yellow", "red"
# A share of nothing at all is not a number; it should not look like a fault.
NOTHING = {"type": "special", "options": {"match": "null+nan", "result": {"text": "–"}}}


def stat(title, expression, unit, says, *, steps=(), colour="value", decimals=None, **more):
    """One number, coloured from each of `steps` (value, colour) on."""
    panel = base("stat", title, [("", expression)], unit, says, instant=True, **more)
    panel["fieldConfig"]["defaults"] |= thresholds(steps) | {"mappings": [NOTHING]}
    if decimals is not None:
        panel["fieldConfig"]["defaults"]["decimals"] = decimals
    panel["options"] = {
        "colorMode": colour, "graphMode": "none", "justifyMode": "auto",
        "orientation": "auto", "textMode": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    }
    return panel


def graph(title, expressions, unit, says, *, stack=False, steps=(), seconds=None, **more):
    """Lines over time: (legend, expression) for each query; `seconds` names one that is a time."""
    panel = base("timeseries", title, expressions, unit, says, **more)
    panel["fieldConfig"]["defaults"] |= thresholds(steps) | {
        "min": 0,
        "custom": {
            "drawStyle": "line", "lineWidth": 1, "fillOpacity": 30 if stack else 8,
            "showPoints": "never", "spanNulls": False,
            "stacking": {"mode": "normal" if stack else "none", "group": "A"},
            "thresholdsStyle": {"mode": "dashed" if steps else "off"},
        },
    }
    if seconds:
        panel["fieldConfig"]["overrides"] = [{
            "matcher": {"id": "byName", "options": seconds},
            "properties": [{"id": "unit", "value": "s"},
                           {"id": "custom.axisPlacement", "value": "right"}]}]
    panel["options"] = {
        "legend": {"showLegend": True, "displayMode": "table", "placement": "bottom",
                   "calcs": ["lastNotNull", "max"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return panel


def table(title, expression, unit, says, columns, **more):
    """The latest samples: one row for each series, with `columns` (label, heading)."""
    panel = base("table", title, [("", expression)], unit, says, instant=True, **more)
    panel["targets"][0]["format"] = "table"
    panel["fieldConfig"]["defaults"] |= {"noValue": "none"}
    headings = {label: heading for label, heading in columns if heading}
    panel["transformations"] = [
        {"id": "filterFieldsByName",
         "options": {"include": {"names": [label for label, _ in columns]}}},
        {"id": "organize", "options": {
            "indexByName": {label: index for index, (label, _) in enumerate(columns)},
            "renameByName": headings, "excludeByName": {}}},
    ]
    panel["options"] = {"showHeader": True, "cellHeight": "sm"}
    return panel


def quantiles(metric, selector="@", by=""):
    """The median and the slowest hundredth of a histogram."""
    groups = "le" + (f", {by}" if by else "")
    suffix = f" {{{{{by}}}}}" if by else ""
    rate = f"sum by ({groups}) (rate({metric}_bucket{{{selector}}}[$__rate_interval]))"
    return [(f"p{name}{suffix}", f"histogram_quantile({share}, {rate})")
            for name, share in (("50", 0.5), ("99", 0.99))]


def base(kind, title, expressions, unit, says, *, runbook=None, instant=False):
    """What all kinds have in common."""
    panel = {
        "type": kind, "title": title, "description": says, "datasource": DATASOURCE,
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": []},
        "targets": [target(index, legend, expression, instant)
                    for index, (legend, expression) in enumerate(expressions)],
    }
    if runbook:
        panel["links"] = [{"title": f"Runbook: {runbook}", "targetBlank": True,
                           "url": f"${{runbooks}}/{runbook}.md"}]
    return panel


def target(index, legend, expression, instant):
    """One query."""
    chosen = expression.replace("@route", ROUTE).replace("@", CHOSEN)
    return {
        "refId": "ABCDEFGHIJKL"[index], "datasource": DATASOURCE, "editorMode": "code",
        "expr": chosen, "legendFormat": legend or "__auto",
        "instant": instant, "range": not instant,
    }


def thresholds(steps):
    """Colours from values on; green below the first."""
    return {
        "color": {"mode": "thresholds"} if steps else {"mode": "palette-classic"},
        "thresholds": {"mode": "absolute", "steps": [
            {"color": GREEN, "value": None},
            *({"color": colour, "value": value} for value, colour in steps)]},
    }
