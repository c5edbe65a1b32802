"""The sparse mixture-of-experts lab: layers, routers, competition, its schedule and its losses."""
