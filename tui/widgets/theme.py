"""Themes of the settings as Textual's own."""

from __future__ import annotations

from textual.theme import Theme as TextualTheme

from tui.settings.themes import Theme


def textual_theme(theme: Theme) -> TextualTheme:
    """`theme` for `App.register_theme`; its name is the name to set as `App.theme`."""
    return TextualTheme(
        name=theme.name,
        dark=theme.dark,
        primary=theme.primary,
        secondary=theme.secondary,
        accent=theme.accent,
        foreground=theme.foreground,
        background=theme.background,
        surface=theme.surface,
        panel=theme.panel,
        warning=theme.warning,
        error=theme.error,
        success=theme.success,
        variables=dict(theme.variables),
        ansi=theme.ansi,
    )
