"""The program's own colours, dark and light; every theme of Textual's can be chosen too."""

from textual.theme import Theme

DARK = Theme(
    name="tells-dark",
    primary="#7aa2f7",
    secondary="#8f9bc4",
    accent="#e0a3ff",
    foreground="#d5d9e8",
    background="#12141c",
    surface="#1a1d29",
    panel="#232739",
    success="#8fce72",
    warning="#e5b567",
    error="#f07583",
    dark=True,
    variables={
        "footer-key-foreground": "#7aa2f7",
        "border-blurred": "#343a55",
        "scrollbar": "#3b4263",
        "scrollbar-hover": "#5a6491",
        "scrollbar-active": "#7aa2f7",
        "scrollbar-background": "#171a25",
        "scrollbar-background-hover": "#171a25",
        "scrollbar-background-active": "#171a25",
    },
)

LIGHT = Theme(
    name="tells-light",
    primary="#2f5bd0",
    secondary="#5a6385",
    accent="#8a2fb8",
    foreground="#23273a",
    background="#fbfbfd",
    surface="#f0f1f7",
    panel="#e2e5f0",
    success="#2c7a21",
    warning="#9a5b00",
    error="#b8233a",
    dark=False,
    variables={
        "footer-key-foreground": "#2f5bd0",
        "border-blurred": "#c3c9de",
        "scrollbar": "#b3bad4",
        "scrollbar-hover": "#8e97ba",
        "scrollbar-active": "#2f5bd0",
        "scrollbar-background": "#eceef6",
        "scrollbar-background-hover": "#eceef6",
        "scrollbar-background-active": "#eceef6",
    },
)
