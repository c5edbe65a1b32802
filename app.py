"""moeviz in a browser: `streamlit run app.py`.

This file is read twice over. The server imports it once and serves `app`, whose lifespan starts
the engine and closes it again; after that every visit runs it as a script, from the top.
"""

if __name__ == "__main__":
    from moeviz.ui.shared.navigation import run_page

    run_page()
else:
    # The workers first: they start while this process imports what it needs.
    from moeviz.ui.shared.session import begin

    begin()

    import streamlit as st

    from moeviz.ui.shared.guard import unexpected
    from moeviz.ui.shared.server import lifespan, middleware, routes

    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=routes(),
        middleware=middleware(),
        on_script_error=unexpected,
    )
