"""The dashboard around its rows: variables, places, numbers."""

from panels import CHOSEN, DATASOURCE

WIDTH = 24
ABOUT = ("Is it the client, Portcullis, Keystone or the service? The first row says so; the other "
         "rows say more of each. Every alert has its page among the runbooks.")


def board(rows):
    """The whole, from (title, collapsed, [[(width, height, panel), ...], ...])."""
    return {
        "uid": "portcullis", "title": "Portcullis", "description": ABOUT,
        "tags": ["portcullis", "openstack", "keystone"], "editable": True, "schemaVersion": 41,
        "version": 1, "graphTooltip": 1, "timezone": "browser", "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"}, "fiscalYearStartMonth": 0,
        "annotations": {"list": [starts()]},
        "links": [{
            "title": "Runbooks", "type": "link", "icon": "doc", "targetBlank": True,
            "url": "${runbooks}/README.md", "tooltip": "One page for each alert",
            "asDropdown": False, "includeVars": False, "keepTime": False, "tags": [],
        }],
        "templating": {"list": variables()},
        "panels": placed(rows),
    }


def variables():
    """What can be chosen. The namespace and the pod may be missing, so `all` fits their absence."""
    known = 'namespace=~"$namespace",job=~"$job"'
    return [
        {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus",
         "hide": 0, "multi": False, "includeAll": False, "regex": "", "refresh": 1},
        choice("namespace", "Namespace", "portcullis_build_info, namespace"),
        choice("job", "Job", 'portcullis_build_info{namespace=~"$namespace"}, job'),
        choice("pod", "Pod", f"portcullis_build_info{{{known}}}, pod"),
        choice("instance", "Instance", f"portcullis_build_info{{{known},pod=~\"$pod\"}}, instance"),
        choice("route", "Route", f"portcullis_http_requests_total{{{CHOSEN}}}, route"),
        # Hidden, because it is set once: where your people read the runbooks.
        {"name": "runbooks", "label": "Runbooks", "type": "constant", "query": "docs/runbooks",
         "hide": 2, "skipUrlSync": True},
    ]


def choice(name, label, values):
    """A variable whose values Prometheus knows."""
    query = f"label_values({values})"
    return {
        "name": name, "label": label, "type": "query", "datasource": DATASOURCE, "hide": 0,
        "query": {"query": query, "refId": f"variable-{name}"},
        "multi": True, "includeAll": True, "allValue": ".*", "refresh": 2, "sort": 1, "regex": "",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }


def starts():
    """Marks where instances began: most questions at night are about what changed."""
    return {
        "name": "Starts", "enable": True, "hide": False, "iconColor": "blue",
        "datasource": DATASOURCE, "titleFormat": "started",
        "textFormat": "{{instance}}",
        "expr": f"changes(process_start_time_seconds{{{CHOSEN}}}[1m]) > 0",
    }


def placed(rows):
    """Every panel with its number and its place; panels of a row that is shut are inside it."""
    panels, top, number = [], 0, 0

    def numbered(panel, width, height, left, y):
        nonlocal number
        number += 1
        return {"id": number, **panel, "gridPos": {"x": left, "y": y, "w": width, "h": height}}

    for title, collapsed, lines in rows:
        row = {"type": "row", "title": title, "collapsed": collapsed, "panels": []}
        panels.append(row := numbered(row, WIDTH, 1, 0, top))
        top += 1
        for line in lines:
            left = 0
            for width, height, panel in line:
                inside = row["panels"] if collapsed else panels
                inside.append(numbered(panel, width, height, left, top))
                left += width
            assert left == WIDTH, f"{title}: a line of panels is {left} wide"
            top += max(height for _, height, _ in line)
    return panels
